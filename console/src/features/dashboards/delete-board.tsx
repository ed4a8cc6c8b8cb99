import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useNavigate } from 'react-router'

import { Failed } from '../../components/states'
import { OWN_BOARD } from './board-draft'
import { useDeleteBoard } from './written-boards'

/** The button that deletes a dashboard for everybody; it asks first. */
export function DeleteBoard({ system }: { system: string }) {
  const [opened, { open, close }] = useDisclosure(false)
  const remove = useDeleteBoard()
  const goTo = useNavigate()
  async function deleteIt(): Promise<void> {
    try {
      await remove.mutateAsync(system)
      await goTo(`/dashboards/${OWN_BOARD}`)
    } catch {
      return // the dialog shows the error
    }
  }
  return (
    <>
      <Button size="compact-sm" variant="subtle" color="gray" onClick={open}>
        Delete
      </Button>
      <Modal opened={opened} onClose={close} title="Delete this dashboard for everybody?">
        <Stack>
          <Text size="sm">An earlier version can be used again.</Text>
          {remove.error ? <Failed error={remove.error} what="The dashboard" isAction /> : null}
          <Group>
            <Button color="red" loading={remove.isPending} onClick={() => void deleteIt()}>
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
