"""The rules: separation with its declared flows, and every other rule of the plan. Reads configurations and a policy
file only."""
