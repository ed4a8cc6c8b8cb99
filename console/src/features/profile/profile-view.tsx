import { Button, Stack, Text, Title } from '@mantine/core'
import { useMemo, useState } from 'react'

import type { Schemas } from '../../api/client'
import { figure } from '../../api/format'
import type { Units } from '../../formats/columns'
import { driftWords } from '../../formats/words'
import { ColumnCard } from './column-card'
import { byInterest, insightsOf, STRONG, strongPairs } from './column-insight'
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
}: {
  profile: Profile
  units?: Units
  /** The names that a contract gives to columns. */
  titles?: Units
  /** The table with the rows of the profile, for SQL. */
  table?: string | undefined
}) {
  const pairs = strongPairs(profile.correlations, titles)
  return (
    <Stack gap="sm">
      {profile.drift ? <Text size="sm">Unlike the files before: {driftWords(profile.drift)}</Text> : null}
      <ColumnCards
        columns={profile.columns}
        {...(units ? { units } : {})}
        {...(table ? { table } : {})}
        {...(titles ? { titles } : {})}
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

/** Why no columns are named that move together. */
export const noPairs = ({ correlations }: Profile): string =>
  correlations.length > 0
    ? `No numeric columns move together: ${correlations.length === 1 ? 'the correlation of the only pair' : `each correlation of the ${correlations.length} pairs`} is below ${STRONG}.`
    : 'Fewer than two columns have numbers that vary, so none can move together.'

const NO_UNITS: Units = {}

/** A card for each column of a file; at first those that are worth a look. */
export function ColumnCards({
  columns,
  units = NO_UNITS,
  table = '',
  titles = NO_UNITS,
}: {
  columns: Schemas['ColumnProfile'][]
  units?: Units
  table?: string
  titles?: Units
}) {
  const [showsAll, setShowsAll] = useState(false)
  const insights = useMemo(() => insightsOf(columns, units, table, titles), [columns, units, table, titles])
  const byLook = byInterest(insights)
  return (
    <>
      <ul className="column-cards">
        {(showsAll ? byLook : byLook.slice(0, SHOWN)).map((insight) => (
          <ColumnCard key={insight.name} insight={insight} />
        ))}
      </ul>
      {insights.length > SHOWN && !showsAll ? (
        <Button size="compact-sm" variant="default" w="max-content" onClick={() => setShowsAll(true)}>
          Show all {insights.length} columns
        </Button>
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
