"""What runs without anybody waiting: the dispatcher of saved runs, and the workers that execute them."""
