#!/usr/bin/env bash
# Types the README's two commands into a fresh Debian, as a new user would, with warnings as errors:
#
#   tests/fresh/debian.sh SUITE [--compiler clang-19] [--folder FOLDER] [--mirror URL] [-- COMMAND…]
#
# SUITE: bookworm, trixie, …. It makes a chroot of the smallest set of packages, clones this checkout's HEAD into it, and
# prints what each command took. As root; needs debootstrap and git.
#   --compiler  a package of Debian's: g++ (what packages.txt installs), or a clang
#   --folder    keeps the chroot, with what was installed there, and what ccache compiled, for the next run;
#               without it all is gone at the end
#   --mirror    of Debian's packages; without it the one that this computer installs from
#   COMMAND     typed in place of the README's two, each one word of this shell: './sinew --help'
set -euo pipefail

say() { echo "debian.sh: $*" >&2; }
die() { say "$*"; exit 2; }

# Namespaces of our own: however this ends, no mount and no process stays.
if [ -z "${SINEW_IN_NAMESPACE:-}" ]; then
  [ "$(id -u)" -eq 0 ] || die "a chroot needs root; say: sudo $0 $*"
  SINEW_IN_NAMESPACE=yes exec unshare --mount --propagation private --pid --fork --kill-child -- "$0" "$@"
fi

own_mirror() {
  apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 2>/dev/null | grep -m 1 -E '/debian/?$' ||
    echo http://deb.debian.org/debian
}

suite='' compiler=g++ folder='' mirror=''
commands=('./sinew train configs/recipes/quickstart.yaml' './sinew test')
while [ $# -gt 0 ]; do
  case $1 in
    --compiler | --folder | --mirror) [ $# -gt 1 ] || die "$1 needs a value"; printf -v "${1#--}" %s "$2"; shift 2 ;;
    --) shift; commands=("$@"); break ;;
    -*) die "unknown option $1; the head of $0 says which there are" ;;
    *) [ -z "$suite" ] || die "one suite at a time: $suite, or $1?"; suite=$1; shift ;;
  esac
done
[ -n "$suite" ] || die "which suite? For example: $0 trixie"
for tool in debootstrap git chroot; do
  command -v "$tool" >/dev/null || die "$tool is missing: apt-get install debootstrap git coreutils"
done

home=$(git -C "$(dirname "$(readlink -f "$0")")" rev-parse --show-toplevel)
if [ -z "$folder" ]; then
  folder=$(mktemp -d /var/tmp/sinew-fresh.XXXXXX)
  # What is mounted below goes first: /dev is this computer's own.
  trap 'umount --recursive "$root" 2>/dev/null; mountpoint -q "$root/dev" || rm -rf --one-file-system "$folder"' EXIT
fi
mkdir -p "$folder/ccache"
folder=$(readlink -f "$folder")
root=$folder/$suite

make_chroot() {
  say "making $root from ${mirror:=$(own_mirror)}"
  rm -rf --one-file-system "$root.partial"
  debootstrap --variant=minbase "$suite" "$root.partial" "$mirror" >"$folder/debootstrap.log" ||
    die "debootstrap failed; $folder/debootstrap.log says why"
  mv "$root.partial" "$root"
}

mount_system() {
  mount --bind "$root" "$root"  # so that all below goes with it
  mount -t proc proc "$root/proc"
  mount -t sysfs -o ro sys "$root/sys"
  mount --bind /dev "$root/dev"
  mount --bind /dev/pts "$root/dev/pts"
  mount -t tmpfs shm "$root/dev/shm"
  mkdir -p "$root/ccache"
  mount --bind "$folder/ccache" "$root/ccache"
  cp --dereference /etc/resolv.conf "$root/etc/resolv.conf"
}

# inside COMMAND: as root's login shell there. Of this computer's environment only what leads to the network.
inside() {
  env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb CCACHE_DIR=/ccache \
    ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} ${no_proxy:+no_proxy="$no_proxy"} \
    SINEW_CMAKE_ARGS="$cmake_args" chroot "$root" sh -c "cd /root/sinew 2>/dev/null || cd /root; $1"
}

install_compiler() {
  [ "$compiler" != g++ ] || return 0
  cmake_args+=" -DCMAKE_CXX_COMPILER=${compiler/clang/clang++}"
  inside "command -v $compiler >/dev/null || { apt-get -qq update && \
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $compiler; }" >"$folder/compiler.log" 2>&1 ||
    die "$compiler could not be installed; $folder/compiler.log says why"
}

[ -d "$root" ] || make_chroot
mount_system
cmake_args=-DSINEW_WERROR=ON
install_compiler
[ -z "$(git -C "$home" status --porcelain)" ] || say "what is not committed is not tried"
rm -rf "$root/root/sinew"
git clone --quiet "$home" "$root/root/sinew"

TIMEFORMAT='%0R s (%0U s of processor time, and %0S s of the system)'
for command in "${commands[@]}"; do
  say "$suite, $compiler: $command"
  time inside "$command" || die "failed: $command"
done
say "$suite with $compiler: all is well"
