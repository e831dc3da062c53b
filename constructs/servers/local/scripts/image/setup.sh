#!/bin/sh
# Turns a minimal Debian with the listed packages into a server. Runs as root inside the image.
set -eu

# Playbooks enable these services if they need them.
systemctl --quiet disable nginx.service rsyslog.service nftables.service

# No background jobs, and no services that are useless in a container.
systemctl --quiet mask \
  apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer \
  getty.target console-getty.service systemd-logind.service systemd-journald-audit.socket systemd-remount-fs.service \
  systemd-firstboot.service systemd-timesyncd.service dev-hugepages.mount sys-kernel-debug.mount sys-kernel-tracing.mount
systemctl --quiet set-default multi-user.target

# rsyslog must not read the kernel's log, which is the host's. It reads the journal's socket.
sed -i '/imklog/s/^module/#module/' /etc/rsyslog.conf

mkdir -p /etc/systemd/journald.conf.d
cat > /etc/systemd/journald.conf.d/size.conf <<'EOF'
[Journal]
Storage=persistent
SystemMaxUse=64M
EOF

# Each server generates its own host key at its first boot.
rm -f /etc/ssh/ssh_host_*
cat > /etc/ssh/sshd_config.d/server.conf <<'EOF'
HostKey /etc/ssh/ssh_host_ed25519_key
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
EOF
cat > /etc/systemd/system/ssh-host-key.service <<'EOF'
[Unit]
Description=SSH host key of this server
DefaultDependencies=no
ConditionPathExists=!/etc/ssh/ssh_host_ed25519_key.pub
Before=ssh.service

[Service]
Type=oneshot
ExecStartPre=/bin/rm -f /etc/ssh/ssh_host_ed25519_key
ExecStart=/usr/bin/ssh-keygen -q -t ed25519 -N "" -C "" -f /etc/ssh/ssh_host_ed25519_key

[Install]
WantedBy=sysinit.target
EOF
systemctl --quiet enable ssh-host-key.service ssh.service

mkdir -p /var/lib/monitoring
echo LANG=C.UTF-8 > /etc/default/locale

# Removes the identity of the build machine, and files that only the build needed.
: > /etc/machine-id
rm -f /var/lib/dbus/machine-id /var/lib/systemd/random-seed /etc/apt/apt.conf.d/99mmdebstrap /etc/dpkg/dpkg.cfg.d/99mmdebstrap
rm -f /etc/resolv.conf /etc/hostname 2>/dev/null || true
rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/cache/apt/archives/*.deb /var/log/*.log /var/log/apt /usr/share/man/* /usr/share/locale/*
find /usr/share/doc -type f ! -name copyright -delete
