"""Pages, and the programs that write those of them which follow from the code."""
