"""Collection workbooks: what an organisation owes, as an Excel form, and read back with every mistake located."""
