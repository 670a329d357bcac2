"""The rules for usernames that no schema can express."""

import unicodedata

# Letters and marks that are invisible (Default_Ignorable_Code_Point, UCD).
UNSEEN = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0"


def is_refused_beyond_the_pattern(name):
    """Whether a username has an invisible character, no visible one, or letters of scripts that look alike. See
    docs/api.md, "Usernames"."""
    hidden = any(unicodedata.category(c)[0] in "CZ" and c != " " for c in name)
    empty = all(c in UNSEEN or unicodedata.category(c) == "Mn" for c in name)
    scripts = {unicodedata.name(c, "").split(" ")[0] for c in unicodedata.normalize("NFKC", name) if c.isalpha()}
    return hidden or empty or len(scripts & {"LATIN", "GREEK", "CYRILLIC"}) > 1
