"""Commands, one module each: load, decide, save. The domain decides, the table's condition guards."""
