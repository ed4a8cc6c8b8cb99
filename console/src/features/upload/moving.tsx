import { Button, Group, Progress as Bar, Text } from '@mantine/core'

import type { Progress } from './transfer'

/** How much of a file has been read or sent, with the button that pauses it. */
export function Moving({
  progress,
  onPause,
  onGoOn,
}: {
  progress: Progress
  onPause: () => void
  onGoOn: () => void
}) {
  const percent = Math.round(progress.share * 100)
  const words = {
    hashing: 'Reading the file,',
    sending: 'Sending,',
    paused: 'Paused at',
    committing: 'Waiting for the commit,',
  }[progress.step]
  return (
    <Group gap="sm" wrap="nowrap">
      <Bar value={percent} flex={1} aria-label={words} />
      <Text size="sm" w={170}>
        {words} {percent} %
      </Text>
      {progress.step === 'paused' ? (
        <Button size="compact-sm" onClick={onGoOn}>
          Go on
        </Button>
      ) : (
        <Button size="compact-sm" variant="default" onClick={onPause}>
          Pause
        </Button>
      )}
    </Group>
  )
}
