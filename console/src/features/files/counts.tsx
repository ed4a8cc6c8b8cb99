import { Group, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { whole } from '../../api/format'
import { isBegun, waitingRows } from './waiting-words'
import { warnedCount } from './warned-rows'

type Counted = Pick<Schemas['DryRun'], 'received' | 'accepted' | 'quarantined' | 'duplicates' | 'warned'> & {
  corrected?: number
  ignored?: number
  closed_by?: string
  /** Duplicates with other values than the row whose key they have. */
  same_key?: number
  taken_instead?: number
}

/** Rows by what became of them; accepted ones that break a rule which only warns are counted again. */
export function Counts({
  of: {
    received,
    accepted,
    quarantined,
    duplicates,
    warned,
    corrected = 0,
    ignored = 0,
    closed_by: closedBy = '',
    same_key: sameKey = 0,
    taken_instead: instead = 0,
  },
}: {
  of: Counted
}) {
  const warnings = warnedCount(warned)
  const waiting = waitingRows({ quarantined, corrected, ignored }, [])
  const processed = accepted + quarantined + duplicates
  return (
    <Group gap="lg" data-testid="counts">
      {(
        [
          ['received', received],
          ...(processed < received ? [['processed', processed] as const] : []),
          ['accepted', accepted],
          ['refused', quarantined],
          ...(corrected > 0 ? [['corrected since', corrected] as const] : []),
          ...(ignored > 0 ? [['ignored', ignored] as const] : []),
          ...(isBegun({ corrected, ignored }) && !closedBy ? [['waiting', waiting] as const] : []),
          ['duplicates', duplicates - sameKey],
          ...(sameKey > 0 ? [['with the key of another row', sameKey] as const] : []),
          ...(instead > 0 ? [['taken instead', instead] as const] : []),
          ...(warnings > 0 ? [['accepted with a warning', warnings] as const] : []),
        ] as const
      ).map(([name, rows]) => (
        <div key={name}>
          <Text fz={22} fw={600} lh={1.1} data-testid={`count-${name}`}>
            {whole(rows)}
          </Text>
          <Text size="sm" className="muted">
            {rows === 1 ? name.replace(/s$/, '') : name}
          </Text>
        </div>
      ))}
    </Group>
  )
}
