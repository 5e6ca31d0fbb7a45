"""What keys and passes are worth in a room's chat."""

from __future__ import annotations

import pytest

from core.crowd import Role
from core.errors import NotAuthorised
from sentiment.chat import Appointment
from tests.web.crowd.conftest import Site
from web.crowd.credentials import Credentials


async def test_a_key_is_the_djs_and_a_pass_a_moderators_in_their_room_alone(site: Site):
    credentials = Credentials(site.keys, site.moderators)
    secret, _ = await site.moderators.create("nova", "Luz")
    await site.keys.create("Eva")
    assert await credentials.appointment("nova", site.key) == Appointment(Role.DJ, "Nova")
    luz = Appointment(Role.MODERATOR, "Luz")
    assert await credentials.appointment("nova", secret) == luz
    assert await credentials.appointment("eva", site.key) is None
    assert await credentials.appointment("eva", secret) is None


@pytest.mark.parametrize("credential", ["", "guessed", "djuv_", "djum_x", "\ud800", "x" * 128])
async def test_anything_else_is_worth_nothing_and_asks_no_database(site: Site, credential: str):
    assert await Credentials(site.keys, site.moderators).appointment("nova", credential) is None


async def test_what_was_revoked_or_never_made_is_refused(site: Site):
    credentials = Credentials(site.keys, site.moderators)
    secret, moderator = await site.moderators.create("nova", "Luz")
    await site.moderators.revoke("nova", moderator.moderator_id)
    await site.keys.revoke(site.key)
    for credential in (secret, site.key, "djuv_" + "0" * 64, "djum_" + "0" * 64):
        with pytest.raises(NotAuthorised):
            await credentials.appointment("nova", credential)
