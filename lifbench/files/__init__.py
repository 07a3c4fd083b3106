"""Files in and out: setup TOML and trace formats, one file each."""
