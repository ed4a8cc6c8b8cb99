import { Button, Stack, Text, Title } from '@mantine/core'
import { useMemo, useState } from 'react'

import type { Schemas } from '../../api/client'
import { count, figure, whole } from '../../api/format'
import type { Units } from '../../formats/columns'
import { driftWords } from '../../formats/words'
import { ColumnCard } from './column-card'
import { byInterest, insightsOf, isEmpty, isHidden, STRONG, strongPairs } from './column-insight'
import { scoreWords } from './score-words'

/** So many columns are shown at first, those worth a look before the others. */
const SHOWN = 24

type Profile = Pick<Schemas['FileProfile'], 'columns' | 'correlations'> &
  Partial<Pick<Schemas['FileProfile'], 'drift' | 'score'>>

/** What a file holds: a card for each column, and the columns that move together. */
export function ProfileView({
  profile,
  units,
  table,
  titles,
  descriptions,
  masks,
  keys,
  isBasisSaid = false,
}: {
  profile: Profile
  units?: Units
  /** The names that a contract gives to columns. */
  titles?: Units
  /** What a contract says of columns, such as the question of a survey. */
  descriptions?: Units
  /** How a contract masks columns, which is why their values are not shown. */
  masks?: Units
  /** The columns that identify rows. */
  keys?: ReadonlySet<string>
  /** The table with the rows of the profile, for SQL. */
  table?: string | undefined
  /** Whether the page says already of how many rows the estimates are. */
  isBasisSaid?: boolean
}) {
  const pairs = strongPairs(profile.correlations, titles)
  return (
    <Stack gap="sm">
      {profile.drift ? <Text size="sm">Unlike the files before: {driftWords(profile.drift)}</Text> : null}
      <ColumnCards
        columns={profile.columns}
        isBasisSaid={isBasisSaid}
        {...(units ? { units } : {})}
        {...(table ? { table } : {})}
        {...(titles ? { titles } : {})}
        {...(descriptions ? { descriptions } : {})}
        {...(masks ? { masks } : {})}
        {...(keys ? { keys } : {})}
      />
      {pairs.length > 0 ? (
        <div>
          <Title order={3} size="h6">
            Columns that move together
          </Title>
          {pairs.map(({ words, r }) => (
            <Text size="sm" key={words}>
              {words} (correlation {figure(r, 'score')}).
            </Text>
          ))}
          <Text size="xs" className="muted">
            {CORRELATION}
          </Text>
        </div>
      ) : (
        <Text size="sm" className="muted">
          {noPairs(profile)}
        </Text>
      )}
      {profile.score ? <Score score={profile.score} /> : null}
    </Stack>
  )
}

/** Which correlation it is, and why a statement may give another number: see headgate/profiling/correlations.py. */
const CORRELATION =
  'Pearson’s correlation, without values apart from all others, because one mistyped value hides what the others show. corr() in SQL counts those values too.'

/** The profile compares columns of at least so many values, and so many columns at most. */
const MIN_VALUES = 3
const MAX_COMPARED = 200

/** Why no columns are named that move together; no reason where columns were left out of the comparison. */
export function noPairs({ columns, correlations: pairs }: Profile): string {
  if (columns.length > MAX_COMPARED || columns.some(({ facts }) => isHidden(facts)))
    return `No correlation of at least ${STRONG} among the columns that were compared and that you may see.`
  if (pairs.length === 0)
    return `Nothing to compare: it takes two columns of numbers with different values in at least ${MIN_VALUES} rows.`
  const all =
    pairs.length === 1
      ? 'the correlation of the only pair'
      : `each correlation of the ${whole(pairs.length)} pairs`
  return `No numeric columns move together: ${all} is below ${STRONG}.`
}

const NO_UNITS: Units = {}
const NO_KEYS: ReadonlySet<string> = new Set()

/** A card for each column of a file; at first those that are worth a look. */
export function ColumnCards({
  columns,
  units = NO_UNITS,
  table = '',
  titles = NO_UNITS,
  descriptions = NO_UNITS,
  masks = NO_UNITS,
  keys = NO_KEYS,
  isBasisSaid = false,
}: {
  columns: Schemas['ColumnProfile'][]
  units?: Units
  table?: string
  titles?: Units
  descriptions?: Units
  masks?: Units
  keys?: ReadonlySet<string>
  isBasisSaid?: boolean
}) {
  const [showsAll, setShowsAll] = useState(false)
  const insights = useMemo(
    () => insightsOf(columns, units, table, titles, descriptions, masks, keys),
    [columns, units, table, titles, descriptions, masks, keys],
  )
  const empty = insights.some((one) => !isEmpty(one)) ? insights.filter(isEmpty) : []
  const byLook = byInterest(insights.filter((one) => !empty.includes(one)))
  const bases = [...new Set(insights.map(({ basis }) => basis).filter(Boolean))]
  return (
    <>
      {isBasisSaid || bases.length === 0 ? null : (
        <Text size="xs" className="muted">
          {bases.map((basis) => `${basis}.`).join(' ')}
        </Text>
      )}
      <ul className="column-cards">
        {(showsAll ? byLook : byLook.slice(0, SHOWN)).map((insight) => (
          <ColumnCard key={insight.name} insight={insight} />
        ))}
      </ul>
      {byLook.length > SHOWN && !showsAll ? (
        <Button size="compact-sm" variant="default" w="max-content" onClick={() => setShowsAll(true)}>
          Show all {byLook.length} columns
        </Button>
      ) : null}
      {empty.length > 0 ? (
        <details>
          <summary>{count(empty.length, 'column')} without any value</summary>
          <ul className="column-cards">
            {empty.map((insight) => (
              <ColumnCard key={insight.name} insight={insight} />
            ))}
          </ul>
        </details>
      ) : null}
    </>
  )
}

/** The quality score, and what reduces it. */
function Score({ score }: { score: Schemas['FileProfile']['score'] }) {
  const words = scoreWords(score)
  return words ? (
    <Text size="xs" className="muted">
      {words}
    </Text>
  ) : null
}
