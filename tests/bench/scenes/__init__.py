"""One kind of work each: it prepares, does the work several times, and returns figures."""
