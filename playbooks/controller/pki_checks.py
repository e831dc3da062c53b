"""Checks certificates that come from a PKI of the user, before a run brings them to a server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import ExtendedKeyUsageOID

from .certificates import Subject, has_issued

WARN = timedelta(days=30)
"""How long before the end of a certificate a run warns."""
LONGEST_CHAIN = 10
USAGES = {ExtendedKeyUsageOID.SERVER_AUTH: "serverAuth", ExtendedKeyUsageOID.CLIENT_AUTH: "clientAuth"}

Findings = list[tuple[str, str]]
"""The part that a finding is about (authority, certificate or key), and the finding as the end of a sentence about it."""


def check(texts: dict[str, str], subject: Subject, now: datetime) -> tuple[Findings, Findings]:
    """The problems and the warnings of a component's certificate.

    texts: the texts of the three parts. subject: only the certificate of a log agent must contain the server's name.
    """
    problems: Findings = []
    warnings: Findings = []
    authorities, chain = _certificates(texts["authority"]), _certificates(texts["certificate"])
    key = None
    try:
        key = serialization.load_pem_private_key(texts["key"].encode(), password=None)
    except TypeError:
        problems.append(("key", "has a passphrase: store the key without one"))
    except ValueError:
        problems.append(("key", "contains no private key in PEM"))
    problems += [(part, "contains no certificate in PEM") for part, found in (("authority", authorities), ("certificate", chain)) if not found]
    if not chain:
        return problems, warnings
    own = chain[0]
    if key is not None and _spki(key.public_key()) != _spki(own.public_key()):
        problems.append(("key", "is not the key of the certificate"))
    problems += [("certificate", text) for text in _wrong_extensions(own, subject)]
    path = _path(chain, authorities)
    if authorities and path is None:
        problems.append(
            ("certificate", "does not lead to an authority: add the certificates of the intermediate authorities to it, or correct the authority")
        )
    for each in path or [own]:
        part = "authority" if each in authorities else "certificate"
        name = "" if each is own else f"the certificate of {each.subject.rfc4514_string()} "
        if now > each.not_valid_after_utc:
            problems.append((part, f"{name}ended on {each.not_valid_after_utc:%Y-%m-%d}: issue it again"))
        elif now < each.not_valid_before_utc:
            problems.append((part, f"{name}begins on {each.not_valid_before_utc:%Y-%m-%d}: check the clock of this machine"))
        elif each.not_valid_after_utc - now < WARN:
            days = (each.not_valid_after_utc - now).days
            warnings.append((part, f"{name}ends in {days} days: issue it again, and run npx cdktf-monitoring rotate"))
    return problems, warnings


def _certificates(text: str) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(text.encode())
    except ValueError:
        return []


def _spki(key: object) -> bytes:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    encoded: bytes = key.public_bytes(serialization.Encoding.DER, form)  # type: ignore[attr-defined]
    return encoded


def _wrong_extensions(own: x509.Certificate, subject: Subject) -> Iterator[str]:
    try:
        present = list(own.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except x509.ExtensionNotFound:
        present = []
    # A second identity would let the component act as another one, and the gateway reads only the first one.
    identity = x509.UniformResourceIdentifier(subject.identity)
    if others := [_text(name) for name in present if isinstance(name, x509.UniformResourceIdentifier) and name != identity]:
        yield f"also names {', '.join(others)}: issue it again with {_text(identity)} as its only name of the type URI"
    if missing := [_text(name) for name in subject.required_names if name not in present]:
        yield f"lacks the alternative names {', '.join(missing)}: issue it again with subjectAltName = {','.join(map(_text, subject.required_names))}"
    hosts = [name.value for name in present if isinstance(name, x509.DNSName)]
    if subject.is_sender and hosts and hosts[0] != subject.server:
        yield f"names DNS:{hosts[0]} before other host names: issue it again with DNS:{subject.server} as the first one, by which the gateway knows whose log lines the agent may send"
    try:
        usages = own.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not USAGES.keys() <= set(usages):
        yield f"is not for servers and clients: issue it again with extendedKeyUsage = {', '.join(USAGES.values())}"


def _text(name: x509.GeneralName) -> str:
    """A name as in the configuration of openssl."""
    kind = "URI" if isinstance(name, x509.UniformResourceIdentifier) else "DNS" if isinstance(name, x509.DNSName) else "IP"
    return f"{kind}:{name.value}"


def _path(chain: list[x509.Certificate], authorities: list[x509.Certificate]) -> list[x509.Certificate] | None:
    """The certificates from the first one to an authority; None if none leads there."""
    path = [chain[0]]
    while len(path) < LONGEST_CHAIN:
        # An authority of the same name may have another key.
        for found in (authorities, chain[1:]):
            issuer = next((each for each in found if each not in path and has_issued(each, path[-1])), None)
            if issuer is not None:
                break
        else:
            return None
        path.append(issuer)
        if issuer in authorities:
            return path
    return None
