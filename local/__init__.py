"""The local deployment: the real template on one machine. Nothing in here is ever shipped."""
