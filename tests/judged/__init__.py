"""Does the search find what is meant? A hundred and twenty queries as operators type them, and which of the demo's tickets a reader of all
their texts would want to see."""
