"""The local web app: a page that people look at, and the server behind it. No arithmetic of the model happens here."""
