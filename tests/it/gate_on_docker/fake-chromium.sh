#!/bin/sh
# Plays a Chromium that speaks by its descriptors 3 and 4 (NUL ends a message), for tests of how one is run: each page is there if the node
# answers that it was told to reach. DOES=ends: it does not come up. DOES=hangs: it never answers for a second page.
[ "$1" = --version ] && { echo Chromium 1.0 of the tests; exit; }
[ "$DOES" = ends ] && { echo "No usable sandbox!" >&2; exit 1; }
for word; do
  case $word in "--host-resolver-rules=MAP "*) server=${word#* }; server=${server#* }; server=${server%%,*} ;; esac
done
answer() { printf '{"id":%s,"result":%s}\000' "$id" "$1" >&4; }
there=false
# The shell is busybox's, whose read ends at a NUL if it is told so.
# shellcheck disable=SC3045
while IFS= read -r -d '' message <&3; do
  id=${message#*\"id\":}
  id=${id%%[,\}]*}
  case $message in
    *\"Target.createTarget\"*) answer '{"targetId":"t"}' ;;
    *\"Target.attachToTarget\"*) answer '{"sessionId":"s"}' ;;
    *\"Page.navigate\"*)
      [ "$DOES" = hangs ] && [ $there = true ] && continue
      busybox wget -q -O /dev/null -T 10 "http://$server/login" && there=true
      answer '{"frameId":"f"}'
      printf '{"method":"Page.lifecycleEvent","sessionId":"s","params":{"frameId":"f","name":"networkIdle"}}\000' >&4
      ;;
    *\"Runtime.evaluate\"*) answer "{\"result\":{\"value\":$there}}" ;;
    *\"Page.captureScreenshot\"*) answer '{"data":"iVBORw0KGgo="}' ;;
    *\"Browser.close\"*) answer '{}'; exit ;;
    *) answer '{}' ;;
  esac
done
