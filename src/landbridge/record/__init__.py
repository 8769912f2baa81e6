"""The record: who claims what, where they disagree, and what is taken as fact, with its probability."""
