from __future__ import annotations

from aerofleet.units.cluster_key import cluster_key, team_of


def test_the_key_of_a_cluster_has_its_team_and_its_name() -> None:
    assert cluster_key("shop", "cart") == "shop/cart"
    assert team_of(cluster_key("shop", "cart")) == "shop"
    assert team_of("shop") == "shop"
