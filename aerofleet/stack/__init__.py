"""What is done to stacks from outside the Pulumi program: recover, wait, order, move."""
