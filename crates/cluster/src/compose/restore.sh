# Restores a dump, in the database's own container: restore.sh FILE FORM PACKED USER DATABASE.
# FORM is plain or archive, PACKED true or false. What is printed has no word of the data: error codes of PostgreSQL, and what
# pg_restore says of a file that it cannot read.
file=$1 form=$2 packed=$3 user=$4 database=$5
tab=$(printf '\t')
said=/tmp/upgrade-gate.said ended=/tmp/upgrade-gate.ended
unpacked() { if [ "$packed" = true ]; then gzip -dc "$file"; else cat "$file"; fi; }
statements() {
  if [ "$form" = archive ]; then
    # A packed archive is read from a pipe: what it needs to seek for, a file has.
    if [ "$packed" = true ]; then unpacked | pg_restore --no-owner --no-privileges -f -; else pg_restore --no-owner --no-privileges -f - "$file"; fi
  else
    unpacked
  fi
}
# Roles, rights and databases are those of the site's server; a newer pg_dump sets what an older server does not know. Rows of a
# table have tabs between their columns, so that none of them is taken for such a line.
ours() {
  sed -E \
    -e '/^\\(un)?restrict [A-Za-z0-9]+$/d' \
    -e '/^\\connect [^'"$tab"']*$/d' \
    -e '/^ALTER [^'"$tab"']* OWNER TO [^'"$tab"']*;$/d' \
    -e '/^ALTER DEFAULT PRIVILEGES [^'"$tab"']*;$/d' \
    -e '/^(GRANT|REVOKE) [^'"$tab"']*;$/d' \
    -e '/^(CREATE|ALTER|DROP) DATABASE [^'"$tab"']*;$/d' \
    -e '/^(CREATE|ALTER|DROP) ROLE [^'"$tab"']*;$/d' \
    -e '/^(CREATE|DROP) SCHEMA (IF EXISTS )?public;$/d' \
    -e '/^SET (transaction_timeout|default_table_access_method) = [^'"$tab"']*;$/d'
}
if [ "$form" = plain ] && ! unpacked 2>/dev/null | tail -n 40 | grep -q '^-- PostgreSQL database dump complete'; then
  echo "the dump is cut off: its last line is missing" >&2
  exit 91
fi
# What fails is not to be found in the server's log either: there its row would stand beside it.
export PGOPTIONS='-c log_min_messages=panic -c log_min_error_statement=panic -c client_min_messages=error'
run() { psql -X -q -v ON_ERROR_STOP=1 -v VERBOSITY=sqlstate -o /dev/null -U "$user" -d "$database" "$@"; }
(statements 2>"$said"; echo $? >"$ended") | ours | run
code=$?
# Whoever reads on after psql has left hears of a broken pipe: that is not why.
if [ "$(cat "$ended")" != 0 ] && { [ "$code" = 0 ] || { [ -s "$said" ] && ! grep -qi 'broken pipe' "$said"; }; }; then
  tail -n 3 "$said" >&2
  exit 92
fi
if [ "$code" != 0 ]; then
  statements 2>/dev/null | head -n 100000 | sed -nE 's/^CREATE EXTENSION (IF NOT EXISTS )?"?([A-Za-z0-9_-]+).*/\2/p' | sort -u | while read -r name; do
    psql -X -q -tA -U "$user" -d "$database" -c "SELECT 'no extension $name' WHERE NOT EXISTS (SELECT FROM pg_available_extensions WHERE name = '$name')" >&2
  done
  exit "$code"
fi
[ "$(psql -X -q -tA -U "$user" -d "$database" -c "SELECT to_regclass('public.posts') IS NOT NULL AND to_regclass('public.users') IS NOT NULL")" = t ] || exit 93
run -c 'ANALYZE' || exit
# Read replicas and search of the site's are not here, and no variable of a server can say that there are none.
run <<'SQL' || exit
DO $$ BEGIN
  IF to_regclass('public.configurations') IS NOT NULL THEN
    UPDATE configurations SET value = (value::jsonb || jsonb_build_object('SqlSettings', coalesce(value::jsonb->'SqlSettings', '{}'::jsonb)
      || '{"DataSourceReplicas": [], "DataSourceSearchReplicas": [], "ReplicaLagSettings": []}'::jsonb))::text WHERE active;
  END IF;
END $$;
SQL
rm -f "$file" "$said" "$ended"
