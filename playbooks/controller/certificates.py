"""Creates the keys and certificates of a monitoring: those of its private certificate authority, and those of its components.

A component's certificate serves both sides of a connection. It names the server, all addresses at which others reach it, and the
kind of the component, by which a service knows its clients. Private keys stay in memory here.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from .pem import Pair
from .renewals import RENEW_DAYS

# As long as the servers are expected to live. The key never leaves the servers of the monitoring.
AUTHORITY_DAYS = 3650
# Deploys replace certificates long before their end, so a stack that is deployed twice a year never notices.
COMPONENT_DAYS = 365
# The clock of a server may be behind that of the controller.
BACKDATED = timedelta(hours=1)
LOOPBACK = ("localhost", "127.0.0.1", "::1")
IDENTITY = "cdktf-monitoring://component/"


@dataclass(frozen=True)
class Subject:
    """What a certificate of a component confirms."""

    kind: str
    """Kind of the component."""
    server: str
    """Name of the server."""
    addresses: tuple[str, ...]
    """Addresses at which others reach the server: IP addresses or host names."""

    @property
    def identity(self) -> str:
        """The name by which services know this component as a client."""
        return IDENTITY + self.kind

    @property
    def names(self) -> list[x509.GeneralName]:
        """The alternative names in the certificate. The first one is the server's name."""
        texts = list(dict.fromkeys([self.server, *self.addresses, *LOOPBACK]))
        return [*map(_general_name, texts), x509.UniformResourceIdentifier(self.identity)]

    @property
    def required_names(self) -> list[x509.GeneralName]:
        """The names without which connections fail. A PKI of the user may leave out the others."""
        texts = list(dict.fromkeys([*([self.server] if self.is_sender else []), *self.addresses]))
        return [*map(_general_name, texts), x509.UniformResourceIdentifier(self.identity)]

    @property
    def is_sender(self) -> bool:
        """Whether the component sends log lines, which the gateway accepts for the server that the certificate names first."""
        return self.kind == "log_agent"


def new_authority(monitoring: str) -> Pair:
    """Creates a certificate authority.

    monitoring: its name, for people who read the certificate.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    # 64 characters is the limit of X.509 for a common name.
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"cdktf-monitoring authority of {monitoring}"[:64])])
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    builder = _builder(name, name, key, AUTHORITY_DAYS).add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(usage, critical=True)
    return Pair(_key_text(key), _certificate_text(builder.sign(key, hashes.SHA256())))


def issue(authority: Pair, subject: Subject) -> Pair:
    """Creates a key and a certificate for a component. Raises ValueError if the authority's key or certificate is malformed."""
    signer = serialization.load_pem_private_key(authority.key.encode(), password=None)
    if not isinstance(signer, ec.EllipticCurvePrivateKey):
        raise ValueError("the key of the authority is not an elliptic-curve key")
    parent = x509.load_pem_x509_certificate(authority.certificate.encode())
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject.kind)])
    builder = _builder(name, parent.subject, key, COMPONENT_DAYS)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(x509.SubjectAlternativeName(subject.names), critical=False)
    usages = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    builder = builder.add_extension(identifier, critical=False)
    return Pair(_key_text(key), _certificate_text(builder.sign(signer, hashes.SHA256())))


def reason_to_replace(certificate: str, authorities: str, subject: Subject, now: datetime | None = None) -> str:
    """Why a component needs another certificate; empty if it may keep the one it has.

    certificate, authorities: certificates in PEM, which are empty if there are none. Any of the authorities may have issued the
    certificate. now: default is the current time.
    """
    if not certificate:
        return "there is none"
    try:
        own = x509.load_pem_x509_certificate(certificate.encode())
        issuers = x509.load_pem_x509_certificates(authorities.encode())
        names = own.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound):
        return "it is malformed, or from another authority"
    if not any(has_issued(issuer, own) for issuer in issuers):
        return "it is malformed, or from another authority"
    if list(names) != subject.names:
        return "the names or addresses of the server changed"
    left = own.not_valid_after_utc - (now or datetime.now(timezone.utc))
    return f"it ends in {max(left.days, 0)} days" if left < timedelta(days=RENEW_DAYS) else ""


def has_issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    """Whether an authority has signed a certificate."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def end_of(certificate: str) -> datetime:
    """When a certificate in PEM ends. Raises ValueError if it is malformed."""
    return x509.load_pem_x509_certificate(certificate.encode()).not_valid_after_utc


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, days: int) -> x509.CertificateBuilder:
    now = datetime.now(timezone.utc)
    builder = x509.CertificateBuilder(subject_name=subject, issuer_name=issuer, public_key=key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - BACKDATED).not_valid_after(now + timedelta(days=days))
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)


def _general_name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _key_text(key: ec.EllipticCurvePrivateKey) -> str:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def _certificate_text(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
