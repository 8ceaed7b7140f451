"""Names of the kinds of work that a generation consists of, so that whoever adds one need not know who does it."""

from __future__ import annotations

from typing import Final

INTAKE: Final = "intake"  # fetch and clean a photo
GREET: Final = "greet"  # answer a photo: styles to choose from, an offer, or why not
PRODUCE: Final = "produce"  # call the provider, keep the result
SUBMIT: Final = "submit"  # hand a video to its provider
COLLECT: Final = "collect"  # fetch a finished video, keep it
ADMIT: Final = "admit"  # rounds without a row of their own: give free slots away
LOOK: Final = "look"  # ask how videos stand
ROUND: Final = "round"  # what such a bell carries in place of a row's id
DELIVER: Final = "deliver"  # the status message becomes the picture
TELL: Final = "tell"  # the status message says why there is no picture
ORIGINAL: Final = "original"  # send the untouched file
DESTROY: Final = "destroy"  # destroy a sealed object
SHORTEN: Final = "shorten"  # delete the photos that a shorter choice leaves no time
