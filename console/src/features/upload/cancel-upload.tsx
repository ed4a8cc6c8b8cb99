import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'

interface Props {
  /** Whether a person has decided or typed something, which the cancel throws away. */
  hasWork: boolean
  onCancel: () => void
}

/** The button that cancels an upload; it asks where work would be lost. */
export function CancelUpload({ hasWork, onCancel }: Props) {
  const [opened, { open, close }] = useDisclosure(false)
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={hasWork ? open : onCancel}>
        Cancel
      </Button>
      <Modal opened={opened} onClose={close} title="Throw your changes of this file away?" centered>
        <Stack>
          <Text size="sm">
            Chosen fields, typed cells, changes of columns and the draft of a dataset are lost. Nothing of
            this file is in the lake.
          </Text>
          <Group>
            <Button
              color="red"
              onClick={() => {
                close()
                onCancel()
              }}
            >
              Throw them away
            </Button>
            <Button variant="default" onClick={close}>
              Go on with the file
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  )
}
