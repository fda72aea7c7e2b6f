#!/bin/sh
# usage: pkg_config.sh PKG_CONFIG PREFIX LIBDIR COMPILER SOURCE FOLDER [FLAG...]
# Builds and runs SOURCE with nothing but what pkg-config says of the installed library.
set -eu
pkg_config=$1 prefix=$2 libdir=$3 compiler=$4 source=$5 folder=$6
shift 6

mkdir -p "$folder"
PKG_CONFIG_PATH="$prefix/$libdir/pkgconfig"
LD_LIBRARY_PATH="$prefix/$libdir"
export PKG_CONFIG_PATH LD_LIBRARY_PATH
# shellcheck disable=SC2046
"$compiler" -std=c++20 -Wall -Wextra -Wpedantic -Wconversion -Werror "$@" "$source" -o "$folder/program" \
  $("$pkg_config" --cflags --libs fastccg)
"$folder/program"

said=$("$folder/program")
case $said in
  "fastccg $("$pkg_config" --modversion fastccg) "*) ;;
  *) echo "the version of the package and of the library differ: $said" >&2 && exit 1 ;;
esac
