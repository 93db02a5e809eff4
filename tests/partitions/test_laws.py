"""What holds for every layout and every sequence of events."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.partitions.model import PARTITIONS, Back, Event, Layout, Namespace, Node, Out, Quiesce, Settle
from tests.partitions.simulator import Simulation, simulate

FEW = 16


@st.composite
def layouts(draw: st.DrawFn, racks: int = 3) -> Layout:
    count = draw(st.integers(2, 7))
    identities = draw(st.lists(st.integers(0, 999), min_size=count, max_size=count, unique=True))
    places = draw(st.lists(st.integers(1, racks), min_size=count, max_size=count))
    return Layout(tuple(Node(f"n{i}", places[i], identities[i]) for i in range(count)))


@st.composite
def scenarios(draw: st.DrawFn, racks: int = 3, quiesce: bool = True) -> tuple[Layout, list[Event]]:
    """A layout, and nodes of it that leave, come back, are quiesced and settle. At least one node is always there."""
    layout = draw(layouts(racks))
    away: set[str] = set()
    events: list[Event] = []
    for _ in range(draw(st.integers(1, 6))):
        here = [node.name for node in layout.nodes if node.name not in away]
        kind = draw(st.sampled_from(["out", "back", "settle", "quiesce"] if quiesce else ["out", "back", "settle"]))
        if kind == "out" and len(here) > 1:
            chosen = draw(st.lists(st.sampled_from(here), min_size=1, max_size=len(here) - 1, unique=True))
            away |= set(chosen)
            events.append(Out(tuple(chosen), clean=draw(st.booleans())))
        elif kind == "back" and away:
            chosen = draw(st.lists(st.sampled_from(sorted(away)), min_size=1, unique=True))
            away -= set(chosen)
            events.append(Back(tuple(chosen), empty=draw(st.booleans())))
        elif kind == "quiesce":
            events.append(Quiesce(tuple(draw(st.lists(st.sampled_from(here), max_size=1)))))
        else:
            events.append(Settle(fills=draw(st.booleans())))
    return layout, events


namespaces = st.builds(Namespace, st.integers(1, 4), st.booleans(), st.booleans(), st.booleans())


@given(scenarios(), namespaces)
def test_settled_means_every_copy_on_as_many_racks_as_there_are(
    scenario: tuple[Layout, list[Event]], namespace: Namespace
) -> None:
    layout, events = scenario
    namespace = replace(namespace, strong_consistency=False)
    simulation = Simulation(layout, namespace, partitions=FEW)
    for event in [*events, Settle()]:
        observed = simulation.apply(event)
    racks = {node.name: node.rack for node in layout.nodes}
    members = simulation.succession(0)
    assert (observed.fills, observed.deltas) == (0, 0)
    for partition in range(FEW):
        replicas = simulation.replicas(partition)
        holders = [held for held in simulation.holders(partition) if held & set(members)]
        assert all(held >= set(replicas) for held in holders)
        assert len(set(replicas)) == len(replicas) <= min(namespace.replication_factor, len(members))
        if not any(isinstance(event, Quiesce) for event in events):
            assert len(replicas) == min(namespace.replication_factor, len(members))
            here = {racks[name] for name in members}
            assert len({racks[name] for name in replicas}) == min(len(replicas), len(here))


@given(scenarios(quiesce=False), st.integers(1, 3), st.booleans())
def test_more_copies_are_never_fewer_live(scenario: tuple[Layout, list[Event]], copies: int, in_memory: bool) -> None:
    layout, events = scenario
    fewer, more = (
        simulate(layout, Namespace(number, uniform_balance=False, in_memory=in_memory), events, partitions=FEW)
        for number in (copies, copies + 1)
    )
    for before, after in zip(fewer, more, strict=True):
        assert after.record_copies >= before.record_copies
        assert after.incomplete <= before.incomplete
        assert after.lost <= before.lost


@given(scenarios(), namespaces, st.randoms())
def test_names_and_their_order_are_labels(
    scenario: tuple[Layout, list[Event]], namespace: Namespace, random: object
) -> None:
    layout, events = scenario
    renamed = {node.name: f"other-{node.identity}" for node in layout.nodes}
    nodes = [replace(node, name=renamed[node.name]) for node in layout.nodes]
    random.shuffle(nodes)  # type: ignore[attr-defined]
    others = [
        replace(event, nodes=tuple(renamed[name] for name in event.nodes))
        if isinstance(event, Out | Back | Quiesce)
        else event
        for event in events
    ]
    namespace = replace(namespace, uniform_balance=False)
    first = Simulation(layout, namespace, partitions=FEW)
    second = Simulation(Layout(tuple(nodes)), namespace, partitions=FEW)
    for event, other in zip(events, others, strict=True):
        assert first.apply(event) == second.apply(other)
        for partition in range(FEW):
            assert [renamed[name] for name in first.succession(partition)] == list(second.succession(partition))


@given(layouts(racks=1), st.data())
def test_a_missing_node_only_closes_the_gap(layout: Layout, data: st.DataObject) -> None:
    gone = data.draw(st.sampled_from(layout.nodes)).name
    simulation = Simulation(layout, Namespace(2, uniform_balance=False), partitions=FEW)
    before = [simulation.succession(partition) for partition in range(FEW)]
    held = [gone in simulation.replicas(partition) for partition in range(FEW)]
    observed = simulation.apply(Out((gone,)))
    after = [simulation.succession(partition) for partition in range(FEW)]
    assert after == [tuple(name for name in row if name != gone) for row in before]
    assert observed.fills == (sum(held) if len(layout.nodes) > 2 else 0)


@given(scenarios(), namespaces)
def test_the_worst_loss_is_what_the_worst_loss_does(scenario: tuple[Layout, list[Event]], namespace: Namespace) -> None:
    layout, events = scenario
    simulation = Simulation(layout, namespace, partitions=FEW, writes=False)
    for event in events:
        observed = simulation.apply(event)
    away: set[str] = set()
    for event in events:
        away = away | set(event.nodes) if isinstance(event, Out) else away
        away = away - set(event.nodes) if isinstance(event, Back) else away
    here = [node.name for node in layout.nodes if node.name not in away]
    if len(here) < 2:
        return
    then = [simulate(layout, namespace, [*events, Out((name,))], partitions=FEW, writes=False)[-1] for name in here]
    assert observed.node_loss.copies == min(after.copies for after in then)
    assert observed.node_loss.record_copies == min(after.record_copies for after in then)
    assert observed.node_loss.unserved == max(after.unavailable + after.dead for after in then)


@given(scenarios(), st.integers(1, 4), st.booleans(), st.booleans())
def test_strong_consistency_serves_no_partition_that_lacks_a_record(
    scenario: tuple[Layout, list[Event]], copies: int, uniform: bool, in_memory: bool
) -> None:
    """Compare the rules of the manual alone, without the simulator's check of the data. The roster stays as it is."""
    layout, events = scenario
    simulation = Simulation(layout, Namespace(copies, True, uniform, in_memory), partitions=FEW)
    for event in events:
        simulation.apply(event)
        for partition in range(FEW):
            members = set(simulation.succession(partition))
            if simulation.rules_serve(partition):
                assert all(holders & members for holders in simulation.holders(partition))


@pytest.mark.parametrize(("uniform", "spread"), [(True, range(2)), (False, range(20, 400))])
def test_masters_are_even_with_uniform_balance_only(uniform: bool, spread: range) -> None:
    """Without it, the hash leaves nodes with some per cent more or fewer masters than others."""
    layout = Layout(tuple(Node(f"n{number}", identity=number) for number in range(7)))
    simulation = Simulation(layout, Namespace(2, uniform_balance=uniform))
    masters = Counter(simulation.succession(partition)[0] for partition in range(PARTITIONS))
    assert max(masters.values()) - min(masters.values()) in spread


@settings(max_examples=25)
@given(scenarios())
def test_the_same_input_gives_the_same_output(scenario: tuple[Layout, list[Event]]) -> None:
    layout, events = scenario
    first, second = (simulate(layout, Namespace(2), events, partitions=FEW) for _ in range(2))
    assert first == second
