"""Files of statistical offices, Eurostat first: one reader a form of file, one reader for every cell.

- ``cells``: what a cell says: a value, nothing, or something confidential; flags old and new;
- ``account``: every cell of a file counted once;
- ``harvest``: the cells that the catalogue declares as kept, and what could not be read;
- ``tsv``, ``sdmx_csv``, ``json_stat``, ``workbook``: the forms of file;
- ``files``: opening a file, telling its form and its data set.
"""
