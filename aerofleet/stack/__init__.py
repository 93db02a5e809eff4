"""Operations on stacks from outside the Pulumi program: recover, wait, order, move."""
