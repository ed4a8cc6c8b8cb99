import { ActionIcon, Badge } from '@mantine/core'

/** A condition in words, with the button that takes it away. */
export function RemovableBadge({ words, onRemove }: { words: string; onRemove: () => void }) {
  return (
    <Badge
      variant="default"
      tt="none"
      size="lg"
      rightSection={
        <ActionIcon
          size="xs"
          variant="transparent"
          color="gray"
          aria-label={`Remove: ${words}`}
          onClick={onRemove}
        >
          ✕
        </ActionIcon>
      }
    >
      {words}
    </Badge>
  )
}
