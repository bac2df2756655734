"""The documents and the little machinery that keeps them true: ``python -m docs`` renews them."""
