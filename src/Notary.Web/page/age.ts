import { minute } from "../core/rules.ts";
import { sentence, type Sentence } from "../verification/report.ts";

/** A time and how long ago that is by this machine's clock. */
export function age(time: number): Sentence {
    const minutes = Math.floor((Date.now() - time) / 60_000);
    if (minutes < -5)
        return sentence(`${minute(time)}, ahead of this device's clock`, `${minute(time)}，晚于本设备的时钟`);
    const [number, en, zh] = minutes < 120 ? [Math.max(0, minutes), "min", "分钟"] : minutes < 2880 ? [Math.floor(minutes / 60), "h", "小时"] : [Math.floor(minutes / 1440), "days", "天"];
    return sentence(`${minute(time)}, ${number} ${en} ago`, `${minute(time)}，${number} ${zh}前`);
}
