"""The statutory set: atlas, tables, texts and data of one edition in one folder."""
