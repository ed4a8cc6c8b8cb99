/** A text as a literal of SQL. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** A column's name in SQL; in quotes, a reserved word or another sign is a name too. */
export const quotedName = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** The words that Athena's SQL reserves, as in `headgate/values/sql_names.py`. */
const RESERVED = new Set(
  (
    'alter and as between by case cast constraint create cross cube current_catalog current_date ' +
    'current_path current_schema current_time current_timestamp current_user deallocate delete describe ' +
    'distinct drop else end escape except execute exists extract false first for from full group grouping ' +
    'having in inner insert intersect into is join json_array json_exists json_object json_query ' +
    'json_table json_value last left like listagg localtime localtimestamp natural normalize not null of ' +
    'on or order outer prepare recursive right rollup select skip table then trim true uescape union ' +
    'unnest using values when where with'
  ).split(' '),
)

/** A column's name in a statement that people read: in quotes only if Athena's SQL needs them. */
export const nameInSql = (name: string): string =>
  /^[a-z_][a-z0-9_]*$/.test(name) && !RESERVED.has(name) ? name : quotedName(name)

/** The address of the page Query with a statement. */
export const queryAddress = (sql: string): string => `#/query?sql=${encodeURIComponent(sql)}`
