import { Text } from '@mantine/core'

interface Props {
  labels: string[]
  place?: string
  /** Whether the answer has shares of a total that a chosen filter narrows too. */
  isOfRest?: boolean | undefined
  /** By which column a chosen period narrows it, or why it does not. */
  period?: string | undefined
}

/** Which of the chosen filters do not narrow a panel or several, and of what its shares are, in words. */
export function IgnoredFilters({ labels, place = 'here', isOfRest = false, period = '' }: Props) {
  const named = labels.map((label) => `“${label}”`).join(' and ')
  return (
    <>
      {labels.length === 0 ? null : (
        <Text size="xs" className="muted" data-testid="ignored-filters">
          {labels.length === 1 ? `The filter ${named} does` : `The filters ${named} do`} not apply {place}.
        </Text>
      )}
      {period ? (
        <Text size="xs" className="muted" data-testid="panel-period">
          {period}
        </Text>
      ) : null}
      {isOfRest ? (
        <Text size="xs" className="muted" data-testid="share-of-rest">
          Shares are of what the filters leave, not of everything.
        </Text>
      ) : null}
    </>
  )
}
