"""What can be wrong: one function a rule, grouped in modules by section of the specification."""
