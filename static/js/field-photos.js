/** Photos: taken or chosen, scaled on the phone, shown, and sent with an identifier of their own. */

export const LONGEST = 1600;
const QUALITY = 0.82;

/** Width and height scaled so that the longer side is at most `longest`. */
export function fit(width, height, longest = LONGEST) {
  const share = Math.min(1, longest / Math.max(width, height));
  return [Math.round(width * share), Math.round(height * share)];
}

async function scale(file) {
  const image = await createImageBitmap(file, { imageOrientation: "from-image" });
  const [width, height] = fit(image.width, image.height);
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d").drawImage(image, 0, 0, width, height);
  image.close();
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("empty"))), "image/jpeg", QUALITY);
  });
}

/** The photo field of a form; `append(body)` puts its photos into the request. */
export class Photos {
  constructor(host) {
    this.input = host.querySelector("input[type=file]");
    this.list = host.querySelector("[data-photo-list]");
    this.error = host.querySelector("[data-error-for=photo]");
    this.most = Number(host.dataset.most);
    this.taken = [];
    this.pending = Promise.resolve();
    this.input.addEventListener("change", () => {
      const files = [...this.input.files];
      this.input.value = "";
      this.pending = this.pending.then(() => this.add(files));
    });
  }

  async add(files) {
    this.say("");
    for (const file of files) {
      if (this.taken.length >= this.most) {
        this.say(interpolate(gettext("一次最多 %s 张照片。"), [this.most]));
        break;
      }
      try {
        const blob = await scale(file);
        this.show({ id: crypto.randomUUID(), blob, url: URL.createObjectURL(blob) });
      } catch {
        this.say(gettext("这张照片打不开，请换一张。"));
      }
    }
  }

  show(photo) {
    this.taken.push(photo);
    const item = document.createElement("li");
    const image = document.createElement("img");
    image.src = photo.url;
    image.alt = interpolate(gettext("第 %s 张照片"), [this.taken.length]);
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "photo-remove";
    remove.textContent = "×";
    remove.setAttribute("aria-label", gettext("去掉这张照片"));
    remove.addEventListener("click", () => {
      this.taken = this.taken.filter((one) => one !== photo);
      URL.revokeObjectURL(photo.url);
      item.remove();
      this.list.hidden = this.taken.length === 0;
      this.input.focus();
    });
    item.append(image, remove);
    this.list.append(item);
    this.list.hidden = false;
  }

  say(text) {
    this.error.querySelector("span").textContent = text;
    this.error.hidden = !text;
  }

  /** Wait for photos still being scaled, then put all into `body`. */
  async append(body) {
    await this.pending;
    body.delete("photo");
    for (const { id, blob } of this.taken) {
      body.append("photo", blob, `${id}.jpg`);
      body.append("photo_id", id);
    }
  }
}
