import { Button, Group } from '@mantine/core'

import { Failed } from '../../components/states'
import { repairsOf } from './repairs'

interface Props {
  error: unknown
  sql: string
  onRetry: () => void
  onRepair: (sql: string) => void
}

/** Why a query failed, and the names that are like the one that does not exist: a click runs it with that name. */
export function QueryFailed({ error, sql, onRetry, onRepair }: Props) {
  if (!(error instanceof Error)) return <Failed error={error} what="The query" isAction onRetry={onRetry} />
  const { words, offers } = repairsOf(error.message, sql)
  // A statement that names nothing else fails again.
  const isRefused = words !== error.message
  return (
    <>
      <Failed
        error={isRefused ? new Error(words) : error}
        what="The query"
        isAction
        {...(isRefused ? {} : { onRetry })}
      />
      <Group gap="xs" px="xs">
        {offers.map((offer) => (
          <Button key={offer.name} size="compact-sm" variant="default" onClick={() => onRepair(offer.sql)}>
            Run it with {offer.name}
          </Button>
        ))}
      </Group>
    </>
  )
}
