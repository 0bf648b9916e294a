"""The table of features says what the code behind it registers."""

from __future__ import annotations

from tierwise.lsp import features
from tierwise.lsp.server import Server


def test_every_stand_in_has_its_handler_and_every_handler_its_stand_in() -> None:
    server = Server({})
    before = set(server.protocol.fm.features)
    commands = set(server.protocol.fm.commands)
    stand_ins = dict(server.protocol.fm.features)
    options = dict(server.protocol.fm.feature_options)
    features.load(server)
    assert set(server.protocol.fm.features) == before
    assert set(server.protocol.fm.commands) == commands == set(features.COMMANDS)
    for method in features.METHODS:
        assert server.protocol.fm.features[method] is not stand_ins[method], method
        assert server.protocol.fm.feature_options.get(method) == options.get(method), method
