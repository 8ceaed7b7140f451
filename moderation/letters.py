"""Which characters stand for which letters: look-alikes, leetspeak, and Traditional beside Simplified characters.

Hand-made and short on purpose: what people use to slip a word past a filter, not the whole of Unicode. What NFKD
already folds (fullwidth, mathematical, circled, accented letters) is not repeated.
"""

from __future__ import annotations

_LOOK_ALIKES = {
    "a": "аАαΑɑɐᴀ∂ӕӔæÆꓮᎪⲁ",
    "b": "вВьЬбБβΒʙƄꓐᏴ",
    "c": "сСϲᴄɔꓚᏟⲥ",
    "d": "ԁԀдДđĐðᴅɖɗꓓᎠ",
    "e": "еЕэЭєЄεΕəǝɛᴇҽꓰᎬⲉ",
    "f": "ғҒƒꜰɟꓝ",
    "g": "ɡԍгɢƃɠꓖᏀ",
    "h": "һҺнНհΗħĦʜɥꓧᎻ",
    "i": "іІıιΙɪӏӀꓲᎥ",
    "j": "јЈᴊʝꓙᎫ",
    "k": "кКκΚᴋʞқꓗᏦ",
    "l": "ӏӀłŁʟǀɭꓡᏞ",
    "m": "мМΜμᴍɯꓟᎷ",
    "n": "пПηոΝɴиИŋꓠ",
    "o": "оОοΟօөӨøØσᴏðꓳⲟ",
    "p": "рРρΡþÞᴘꓑᏢⲣ",
    "q": "ԛԚɋ",
    "r": "гяЯʀɹꓣᎡ",
    "s": "ѕЅꜱʂßꓢᏚ",
    "t": "тТτΤŧŦᴛʇꓔᎢ",
    "u": "υцЦսμᴜʊꓴ",
    "v": "νѵѴᴠʌꓦᏙ",
    "w": "ωшШщЩԝԜѡᴡʍꓪᎳ",
    "x": "хХχΧҳꓫⲭ",
    "y": "уУγΥүҮʏʎꓬ",
    "z": "зЗΖᴢʐꓜᏃ",
}

_LETTER_BLOCKS = (0x1F150, 0x1F170, 0x1F1E6)  # negative circled, negative squared, regional indicators: no NFKD form

LEET_DIGITS = {
    "0": "o",
    "1": "il",
    "2": "z",
    "3": "e",
    "4": "a",
    "5": "s",
    "6": "gb",
    "7": "t",
    "8": "b",
    "9": "g",
}

# Beside letters these may be a letter or a mere separator. A star hides a vowel.
LEET_SYMBOLS = {
    "@": "a",
    "$": "s",
    "€": "e",
    "£": "l",
    "¢": "c",
    "¥": "y",
    "₦": "n",
    "฿": "b",
    "₳": "a",
    "₭": "k",
    "₩": "w",
    "₮": "t",
    "₱": "p",
    "!": "il",
    "¡": "i",
    "|": "il",
    "+": "t",
    "*": "aeiou",
    "#": "aeiou",
}

APOSTROPHES = frozenset("'’‘ʼ`´′")

# Each pair is the Traditional character (or a variant of one) and the Simplified one.
_HAN_PAIRS = (
    "來来侶侣個个們们側侧傘伞僅仅價价優优兒儿內内兩两別别刪删則则剝剥創创劇剧動动務务勢势協协員员單单嘆叹國国圍围園园圖图堅坚場场夾夹奮奋妝妆姦奸姪侄媽妈嫵妩嬰婴孌娈孫孙學学宮宫實实寫写寬宽寶宝將将師师帶带"
    "幫帮廣广強强彈弹愛爱態态慾欲懷怀戀恋戰战戲戏戶户掙挣掛挂換换擋挡擴扩擺摆數数時时暈晕曖暧曬晒會会條条業业極极構构標标樣样樹树機机櫃柜櫥橱歲岁歷历殼壳毆殴沒没淺浅準准溝沟滿满漢汉澀涩濕湿灑洒為为無无熱热"
    "燈灯營营牆墙狽狈現现環环畫画異异發发皺皱盡尽睪睾碼码磚砖禮礼積积穎颖窮穷窺窥節节紅红紋纹納纳級级細细結结給给絨绒絲丝綁绑綑捆綠绿網网緒绪線线縫缝縷缕織织繩绳聲声脫脱腳脚膚肤膠胶臉脸與与興兴艷艳莖茎葉叶"
    "藍蓝藥药蘋苹蘿萝處处蟬蝉裝装裡里褲裤褻亵襪袜襯衬見见視视親亲覺觉計计設设話话誌志誘诱調调談谈論论謝谢識识護护變变讓让豐丰豔艳貓猫賣卖質质車车輪轮辭辞這这進进運运遺遗邊边鄰邻針针銀银銅铜鋼钢錯错鍵键鏡镜"
    "鑽钻門门開开間间關关陣阵陰阴陽阳際际隨随險险隱隐雙双雛雏雜杂雞鸡離离電电響响領领頭头頻频顏颜顯显風风飾饰館馆騰腾騷骚驗验體体髮发鯉鲤鳥鸟鴨鸭鹼碱麥麦麼么黃黄點点鼴鼹龜龟著着裏里祼裸躶裸臝裸菓果婬淫倮裸"
    "軆体躰体莮男嬭奶汙污粧妆牀床峯峰羣群綫线鷄鸡偸偷衹只"
    "係系喚唤屍尸東东殺杀淨净減减賴赖軟软"
    "恥耻涼凉溫温絕绝繪绘翹翘許许說说請请遊游齡龄"
    "丟丢塊块夠够專专對对幾几悅悦拋抛撫抚攤摊歡欢渾浑癮瘾窩窝約约綿绵纏缠聽听衛卫記记軀躯過过還还鍊链鏈链雲云項项飛飞養养齊齐齒齿"
    "乾干蓋盖後后徵征妳你瀆渎餘余報报塗涂從从摳抠擼撸書书氣气烏乌畢毕統统覽览貧贫資资錄录長长鬆松籃篮漸渐遞递"
)


def _look_alikes() -> dict[str, str]:
    table: dict[str, str] = {}
    for letter, alikes in _LOOK_ALIKES.items():
        for alike in alikes:
            table[alike] = table.get(alike, "") + letter
    for first in _LETTER_BLOCKS:
        table |= {chr(first + offset): chr(ord("a") + offset) for offset in range(26)}
    return table


LOOK_ALIKES = _look_alikes()
SIMPLIFIED = dict(zip(_HAN_PAIRS[::2], _HAN_PAIRS[1::2], strict=True))
