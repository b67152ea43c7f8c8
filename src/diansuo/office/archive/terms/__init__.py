"""Terms that price a customer (计费参数): which they are, what a proposal changes of them, and its one way to write."""
