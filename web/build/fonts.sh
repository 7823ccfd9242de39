#!/bin/sh
# Makes the two typefaces of the app from npm packages under the SIL Open Font License, once; the results are
# committed. Needs npm, and Python with fonttools and brotli: `sh web/build/fonts.sh`.
#
# They have the characters of the app's own texts. For any other character the browser takes the next family.
set -eu
here=$(cd "$(dirname "$0")/../static/fonts" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm pack --silent @fontsource-variable/inter@5.3.0 @fontsource/jetbrains-mono@5.3.0
mkdir inter mono
tar xzf fontsource-variable-inter-5.3.0.tgz -C inter
tar xzf fontsource-jetbrains-mono-5.3.0.tgz -C mono

characters="U+0020-007E,U+00A0,U+00A7,U+00AB,U+00B7,U+00BB,U+00D7,U+00E4,U+00E9,U+00F6,U+00FC"
characters="$characters,U+2013,U+2014,U+2018,U+2019,U+201C,U+201D,U+2022,U+2026,U+2190-2193,U+2212"

# Weights from 400 to 700 in one file.
fonttools varLib.instancer inter/package/files/inter-latin-wght-normal.woff2 wght=400:700 -o inter.ttf
pyftsubset inter.ttf --unicodes="$characters" --layout-features=kern,tnum --no-hinting --desubroutinize \
  --flavor=woff2 --output-file="$here/inter.woff2"
# Without ligatures: `!=` in a pattern is two characters.
pyftsubset mono/package/files/jetbrains-mono-latin-400-normal.woff2 --unicodes="$characters" --layout-features='' \
  --no-hinting --flavor=woff2 --output-file="$here/jetbrains-mono.woff2"
cp inter/package/LICENSE "$here/inter.LICENSE.txt"
cp mono/package/LICENSE "$here/jetbrains-mono.LICENSE.txt"
