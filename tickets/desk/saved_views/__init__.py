"""Views: states of the queue's address with a name, one's own or shared. The rail lists them and counts what is in each."""
