"""From what is known of an objective to what readers see: sections, pages, portal, and the run of the notebook."""
