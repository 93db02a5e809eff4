"""Names that are derived: what once has one keeps it, because pods, Secrets and certificates are known by them.

A change of an expected value here is a new Secret or a new object for every cluster that has such a name.
"""

from __future__ import annotations

import pytest

from aerofleet.units.names import MAX_LABEL, bounded, kubernetes_name, tls_secret, user_secret

LONGEST = "c" * 40
"""As long as a cluster's name may be."""


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("cart-service", "cart-service"),
        ("a_b", "a-b-648fa9"),
        ("A_b", "a-b-08eb65"),
        ("Jo.Smith", "jo-smith-704895"),
        ("__", "9911f4"),
    ],
)
def test_what_kubernetes_does_not_take_is_told_apart_by_a_hash(text: str, name: str) -> None:
    assert kubernetes_name(text) == name


@pytest.mark.parametrize(
    ("name", "limit", "expected"),
    [
        ("checkout-cart", 13, "checkout-cart"),
        ("checkout-cart", 12, "check-8d7385"),
        ("checkout-carts-of-all", 16, "checkout-959be6"),
    ],
)
def test_only_what_is_too_long_is_cut(name: str, limit: int, expected: str) -> None:
    assert bounded(name, limit) == expected


@pytest.mark.parametrize(
    ("user", "generation", "secret"),
    [
        ("cart-service", 1, "cart.user.cart-service"),
        ("cart-service", 2, "cart.user.cart-service.2"),
        ("Jo.Smith", 2, "cart.user.jo-smith-704895.2"),
    ],
)
def test_the_secret_of_a_user(user: str, generation: int, secret: str) -> None:
    assert user_secret("cart", user, generation) == secret


def test_the_longest_secret_names_are_still_taken() -> None:
    assert user_secret(LONGEST, "u" * 17) == f"{LONGEST}.user.{'u' * 17}"
    assert user_secret(LONGEST, "u" * 18) == f"{LONGEST}.user.uuuuuuuuuu-fe1e53"
    assert max(len(user_secret(LONGEST, "u" * count)) for count in (16, 17, 18, 60)) == MAX_LABEL
    assert tls_secret(LONGEST) == f"{LONGEST}.tls"
