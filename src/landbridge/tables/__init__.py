"""Tables of a study: columns of arrays, read from CSV by attribute tables that say what may stand in them.

>>> from landbridge.tables import load_attributes
>>> load_attributes("links")["length_km"].unit
'km'
"""

from landbridge.tables.attributes import Attribute, Attributes, list_tables, load_attributes
from landbridge.tables.describe import json_schema, manual
from landbridge.tables.files import file_hash, write_whole
from landbridge.tables.reading import read_table, table_from_rows
from landbridge.tables.table import Table, write_table

__all__ = [
    "Attribute",
    "Attributes",
    "Table",
    "file_hash",
    "json_schema",
    "list_tables",
    "load_attributes",
    "manual",
    "read_table",
    "table_from_rows",
    "write_table",
    "write_whole",
]
