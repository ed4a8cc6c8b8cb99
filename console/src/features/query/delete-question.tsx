import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'

interface Props {
  name: string
  onDelete: () => void
}

/** The button that deletes a saved question with its panel; it asks first. */
export function DeleteQuestion({ name, onDelete }: Props) {
  const [opened, { open, close }] = useDisclosure(false)
  return (
    <>
      <Button variant="subtle" color="gray" onClick={open}>
        Delete {name}
      </Button>
      <Modal opened={opened} onClose={close} title={`Delete the question “${name}”?`}>
        <Stack>
          <Text size="sm">Its panel leaves your dashboard, too. The statement stays in the editor.</Text>
          <Group>
            <Button
              color="red"
              onClick={() => {
                close()
                onDelete()
              }}
            >
              Delete
            </Button>
            <Button variant="default" onClick={close}>
              Keep it
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  )
}
