"""The parts of run.py, leave.py and verify.py that run on the controller, one module per concern."""
