"""The RC circuit: schematic, inspector, parts list."""
