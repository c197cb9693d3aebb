import { type Signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { useApp } from '../state/context.ts'
import type { Device, Devices } from '../state/devices.ts'
import { Confirm } from '../ui/confirm.tsx'
import { shortTime } from '../ui/format.ts'
import { locale, t } from '../ui/language.ts'
import { Modal } from '../ui/modal.tsx'
import { Region } from '../ui/region.tsx'
import { fill } from '../ui/words.ts'

type Asked = { readonly what: 'rename' | 'remove'; readonly device: Device } | undefined
type Props = { readonly devices: Devices; readonly asked: Signal<Asked>; readonly failed: Signal<boolean> }

const lastSeen = ({ isThis, lastSeenAt }: Device): string =>
  isThis ? t.thisDeviceName : fill(t.lastSeen, { time: shortTime(locale, lastSeenAt, Date.now()) })

const Row = ({ device, asked }: { readonly device: Device; readonly asked: Signal<Asked> }) => (
  <li class="device">
    <span id={`device-${device.id}`}>
      {device.name.includes(device.platform) ? device.name : `${device.name} · ${device.platform}`}
      <small class="muted">{lastSeen(device)}</small>
    </span>
    <button
      type="button"
      class="quiet"
      aria-describedby={`device-${device.id}`}
      onClick={() => {
        asked.value = { what: 'rename', device }
      }}
    >
      {t.rename}
    </button>
    {!device.isThis && (
      <button
        type="button"
        class="quiet"
        aria-describedby={`device-${device.id}`}
        onClick={() => {
          asked.value = { what: 'remove', device }
        }}
      >
        {t.remove}
      </button>
    )}
  </li>
)

const Rename = ({ devices, asked, failed, device }: Props & { readonly device: Device }) => {
  const close = () => {
    asked.value = undefined
  }
  const rename = async (name: string) => {
    close()
    failed.value = name !== '' && !(await devices.rename(device.id, name))
  }
  return (
    <Modal titleId="rename-title" title={t.rename} onClose={close}>
      <form
        method="dialog"
        onSubmit={(event) => {
          const name = new FormData(event.currentTarget).get('name')
          void rename(String(name ?? '').trim())
        }}
      >
        <label>
          {t.deviceName}
          <input name="name" maxLength={80} required defaultValue={device.name} />
        </label>
        <div class="buttons">
          <button type="submit" class="primary">
            {t.rename}
          </button>
          <button type="button" onClick={close}>
            {t.cancel}
          </button>
        </div>
      </form>
    </Modal>
  )
}

const Ask = (props: Props) => {
  const { devices, asked, failed } = props
  const now = asked.value
  if (now === undefined) return null
  if (now.what === 'rename') return <Rename {...props} device={now.device} />
  return (
    <Confirm
      title={t.removeDeviceTitle}
      text={fill(t.removeDeviceText, { name: now.device.name })}
      yes={t.remove}
      onYes={() =>
        void devices.remove(now.device.id).then((done) => {
          failed.value = !done
        })
      }
      onClose={() => {
        asked.value = undefined
      }}
    />
  )
}

const List = (props: Props) => {
  const list = props.devices.list.value
  if (list.status === 'loading') return <p class="muted">{t.devicesLoading}</p>
  if (list.status === 'failed') {
    return (
      <>
        <p>{t.devicesFailed}</p>
        <p class="region-action">
          <button type="button" onClick={() => void props.devices.load()}>
            {t.tryAgain}
          </button>
        </p>
      </>
    )
  }
  return (
    <ul class="devices">
      {list.devices.map((device) => (
        <Row key={device.id} device={device} asked={props.asked} />
      ))}
    </ul>
  )
}

const Pair = () => {
  const { dialog, network } = useApp()
  const online = network.online.value
  return (
    <p class="region-action">
      <button
        type="button"
        disabled={!online}
        aria-describedby={online ? undefined : 'pair-offline'}
        onClick={() => {
          dialog.value = 'pair'
        }}
      >
        {t.pairDevice}
      </button>
      {!online && (
        <small class="muted" id="pair-offline">
          {t.pairOffline}
        </small>
      )}
    </p>
  )
}

/** The devices of the account, where there is one. */
export const DevicesRegion = () => {
  const { custody, devices, serverFacts } = useApp()
  const asked = useSignal<Asked>(undefined)
  const failed = useSignal(false)
  const id = custody.state.value?.status === 'signed-in' ? custody.state.value.device.id : undefined
  useEffect(() => {
    if (id !== undefined) void devices.load()
  }, [id, devices])
  if (id === undefined) return null
  const props = { devices, asked, failed }
  return (
    <Region title={t.devices}>
      <List {...props} />
      {serverFacts.pairs.value ? <Pair /> : <p class="muted">{t.pairNotHere}</p>}
      <p role="status">{failed.value ? t.deviceNotChanged : ''}</p>
      <Ask {...props} />
    </Region>
  )
}
