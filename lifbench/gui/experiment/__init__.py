"""The experiment panel: question, protocol, analysis plot, table, guide."""
