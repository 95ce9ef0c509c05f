"""Decide whether a value that stands in a file is a secret: by the name of its variable, by its own form, and in commands.

`secrecy` decides what is masked, and masks too much rather than too little. Here, precision counts: a value is only a secret if
its name says so and it is neither a reference, a path, a placeholder nor a setting, or if it has the form of a well-known token.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from composefmt.syntax.lazy import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

# Last words of names of secrets.
_SECRETS = "salt secret secretkey token credential credentials apikey authtoken accesstoken masterkey privatekey encryptionkey psk"
_PASSWORDS = "pass passcode pw pwd rootpw dbpass requirepass"
# Words that make a secret of a following "key".
_KEYS = (
    "account admin aes api app application auth cipher client consumer cookie crypt crypto deploy encrypt encryption hmac jwt license"
    " master nonce private salt secret security service session shared signature signing storage symmetric webhook"
)
# Words of settings that concern secrets, but are none; the key of a Pusher application is public.
_SETTINGS = (
    "allow anon anonymous attempts change count days delete disable disabled enable enabled expiration expires expiry forgot"
    " generate has header hide hint hours is iterations length lifetime location max min mode name no num policy prefix public"
    " publishable pusher random regex require required reset reverb rotate save show size skip strength timeout ttl type use with without"
)
_WORDS = r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+"


@lru_cache(maxsize=8)
def _words(kind: str) -> frozenset[str]:
    return frozenset(kind.split())


@lru_cache(maxsize=1024)
def is_secret_name(name: str) -> bool:
    """Return whether the name of a variable, an option or a label is that of a secret."""
    words = [word.lower() for word in pattern(_WORDS).findall(name)]
    while words and words[-1].isdigit():
        words.pop()
    if not words:
        return False
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    settings = _words(_SETTINGS)
    if not settings.isdisjoint(words) and not ("pusher" in words and last == "secret"):
        return False
    if last == "key":
        return before in _words(_KEYS) or (before == "access" and "secret" in words)
    # Files of certificates are named in variables such as KAFKA_SSL_KEY_CREDENTIALS.
    is_secret = last in _words(_SECRETS) and not (last == "credentials" and "ssl" in words)
    return is_secret or _is_password(last) or (last == "base" and before == "key")


def _is_password(word: str) -> bool:
    return word.endswith(("password", "passwd", "passphrase", "passwort")) or word in _words(_PASSWORDS)


# Values that are settings or missing.
_NOTHING = (
    "true false yes no on off none null nil undefined unset invalid enabled disabled default auto optional required empty void n/a na tbd"
    " todo redacted removed hidden masked user_provided"
)
_PLACEHOLDERS = r"<.*>|\[.*\]|\{.*\}|%.*%|@.*@|__.*__|(?i:(?:[a-z]{1,4}[-_])?[x*._…•-]{3,}|.*\.{3})"
# Placeholders in words; a service uses them as its password, but no other service accepts them as a key.
_WORDY = "|".join(
    (
        r"(?i:(?:(?:put|enter|insert|add|set|type|paste|use|replace|fill|generate)[ _-])?(?:your|my|the|a)[ _-].*)",
        r"(?i:your[a-z]+|(?:enter|insert|paste|put|add|fill|replace|generate)[ _-].*|.*[ _-](?:here|placeholder))",
        r"(?i:(?:fake|dummy)(?:[-_].*)?|example|placeholder)",
    )
)
# References to values that are kept elsewhere.
_REFERENCES = r"(?:vault|op|ref\+\w+|arn|gcp|azure|aws|ssm|sops|secretsmanager|bws|doppler|env|file|keyring)[:+]|ENC\[|!vault"
_PATH = "|".join(
    (
        r"(?:~|\.{1,2})?/(?:[\w.@-]+/)+[\w.@-]*|(?:~|\.{1,2})/[\w.@-]+|/[\w@-]+(?:\.[a-z]{1,5})?",
        r"[\w./%-]+\.(?:txt|pem|key|json|crt|env|ya?ml|conf|ini)",
    )
)
# A shorter number is a setting.
_SHORTEST_NUMBER = 3


def is_literal_secret(value: str, name: str = "password") -> bool:
    """Return whether the value of a secret's name is the secret: not empty, a setting, a placeholder, a path or a reference."""
    text = value.strip().strip("\"'")
    words = pattern(_WORDS).findall(name)
    is_key = not words or words[-1].lower() in ("key", "apikey", "token", "credentials")
    if len(text) < (3 if is_key else 2) or text.lower() in _words(_NOTHING) or (text.isdecimal() and len(text) < _SHORTEST_NUMBER):
        return False
    if "${" in text or pattern(r"(?<!\$)(?:\$\$)*\$[A-Za-z_]").search(text):
        return False
    if pattern(_PLACEHOLDERS).fullmatch(text) or (is_key and (text == name or pattern(_WORDY).fullmatch(text))):
        return False
    if pattern(_REFERENCES).match(text) or pattern(_PATH).fullmatch(text):
        return False
    return "://" not in text and not (" " in text and len(text.split()) > _MOST_WORDS)


# A longer text is a sentence.
_MOST_WORDS = 5


class Token(NamedTuple):
    """A well-known token in a text: what it is, and its offsets."""

    kind: str
    start: int
    end: int


# Formats of tokens: what each is, and the parts that all of them have, as a quick test.
_TOKENS = (
    ("AWS access key", "", r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"),
    ("GitHub token", "", r"\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_[A-Za-z0-9_]{40,}\b"),
    ("GitLab token", "gl", r"\bgl(?:pat|ptt|dt|rt|cbt|ft|soat|agent)-[A-Za-z0-9_-]{20,}"),
    ("Slack token", "xox", r"\bxox[abeprs]-[A-Za-z0-9-]{10,}"),
    ("Slack webhook", "hooks.slack.com", r"hooks\.slack\.com/services/T[A-Z0-9]{6,}/B[A-Z0-9]{6,}/[A-Za-z0-9]{20,}"),
    ("Discord webhook", "/webhooks/", r"discord(?:app)?\.com/api/webhooks/[0-9]{17,}/[\w-]{60,}"),
    ("Telegram bot token", ":AA", r"\b[0-9]{8,10}:AA[\w-]{33}\b"),
    ("Stripe key", "k_", r"\b[sr]k_(?:live|test)_[A-Za-z0-9]{20,}\b"),
    ("OpenAI key", "sk-", r"\bsk-(?:proj-|svcacct-|ant-[a-z0-9]+-)?[A-Za-z0-9_-]{32,}\b"),
    ("Google API key", "AIza", r"\bAIza[\w-]{35}\b"),
    ("SendGrid key", "SG.", r"\bSG\.[\w-]{22}\.[\w-]{43}\b"),
    ("npm token", "npm_", r"\bnpm_[A-Za-z0-9]{36}\b"),
    ("PyPI token", "pypi-", r"\bpypi-AgE[\w-]{50,}"),
    ("Docker Hub token", "dckr_", r"\bdckr_(?:pat|oat)_[\w-]{20,}"),
    ("Hugging Face token", "hf_", r"\bhf_[A-Za-z]{34}\b"),
    ("DigitalOcean token", "_v1_", r"\bdo[opr]_v1_[a-f0-9]{64}\b"),
    ("Grafana token", "gl", r"\bgl(?:sa|c)_[A-Za-z0-9+/=_]{32,}"),
    ("Shopify token", "shp", r"\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}\b"),
    ("Azure storage key", "AccountKey=", r"AccountKey=[A-Za-z0-9+/]{86}=="),
    ("age key", "AGE-SECRET", r"\bAGE-SECRET-KEY-1[0-9A-Z]{58}\b"),
    ("JSON Web Token", "eyJ", r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"),
    ("private key", "PRIVATE KEY", r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----\s+[A-Za-z0-9+/=]{10}"),
)


def known_tokens(text: str) -> Iterator[Token]:
    """Yield the well-known tokens in a text."""
    for kind, sign, form in _TOKENS:
        if sign in text:
            for found in pattern(form).finditer(text):
                if kind != "OpenAI key" or any(character.isdigit() for character in found[0]):
                    yield Token(kind, found.start(), found.end())


def url_password(text: str) -> tuple[int, int] | None:
    """Return the offsets of a literal password in a URL or a connection string; None if there is none."""
    if "@" in text:
        for found in pattern(r"[A-Za-z][\w+.-]*://[^\s/:@$\"']*:((?:(?!\$\{)[^\s/@\"'])+)@").finditer(text):
            if is_literal_secret(found[1]):
                return found.span(1)
    if "=" in text:
        for found in pattern(r"(?i)[;?&\s](?:password|pwd|accountkey|sharedaccesskey)\s*=\s*[\"']?([^;&\s\"']+)").finditer(text):
            if is_literal_secret(found[1]):
                return found.span(1)
    return None


_MYSQL = r"\b(?:mysql|mysqladmin|mysqldump|mariadb|mariadb-admin|mariadb-dump)\b"


def command_secret(text: str) -> tuple[int, int] | None:
    """Return the offsets of a literal secret in a command line, such as `--password=x`; None if there is none."""
    for found in pattern(r"(?:^|[\s\"'])--?([A-Za-z][\w.-]*)(?:[= ]\s*|:)[\"']?([^\s$\"'&|;<>()-][^\s\"'&|;<>()]*)").finditer(text):
        if is_secret_name(found[1]) and is_literal_secret(found[2], found[1]):
            return found.span(2)
    for found in pattern(r"(?:^|[\s;&|(\"'])([A-Za-z_]\w*)=[\"']?([^\s$\"'&|;<>()+][^\s\"'&|;<>()+]*)").finditer(text):
        if is_secret_name(found[1]) and is_literal_secret(found[2], found[1]):
            return found.span(2)
    for form in (
        rf"{_MYSQL}[^|;&]*?\s-p[\"']?([^\s\"'$-][^\s\"'$]*)",
        r"\bredis-cli\b[^|;&]*?\s(?:-a|--pass)[\s=]+[\"']?([^\s\"'$-][^\s\"'$]*)",
        r"\b(?:curl|wget)\b[^|;&]*?\s(?:-u|--user)[\s=]+[\"']?[^\s:\"'$]+:([^\s\"'$]+)",
        r"\b(?:mongo|mongosh|sshpass)\b[^|;&]*?\s-p[\s=]*[\"']?([^\s\"'$-][^\s\"'$]*)",
    ):
        match = pattern(form).search(text)
        if match is not None and is_literal_secret(match[1]):
            return match.span(1)
    return url_password(text)


def is_password_hash(text: str) -> bool:
    """Return whether a text has the hash of a password as `htpasswd` prints it, with single or doubled dollar signs."""
    form = r"(?:^|[:,\s])\$\$?(?:apr1|2[abxy]|[156y]|argon2id?)\$\$?[\w./=,+-]|(?:^|:)\{SHA\}\S"
    return pattern(form).search(text) is not None
