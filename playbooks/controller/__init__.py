"""What run.py does on the controller, by concern."""
