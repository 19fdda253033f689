"""How a neural network is trained: the support package of the course."""
